"""What is in a deal: which products, how many units, at which discount.

A first product is drawn by its own pull; every other one joins with log-odds that rise or fall with what lies in
the basket already, so that products go together beyond their popularity. What becomes of a customer is customers.py's.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import DAY, Bools, Floats, Ints, Span, logistic
from pipelines.demo.firms import Firms
from pipelines.demo.world import World
from pipelines.demo.world.customers import Customers as Rates

CENTS = 100.0


@dataclass(frozen=True)
class Shelf:
    """The products of a world as arrays: by product, by industry and product, and by pair of products."""

    price: Floats
    base: Floats
    size: Floats
    industry: Floats
    together: Floats
    from_at: Ints

    def __len__(self) -> int:
        return len(self.price)


@dataclass(frozen=True)
class Lines:
    """The lines of all deals. `asked` units are offered, `quantity` remain when the deal is closed (fewer when a
    customer shrinks); `discount` is in whole per cent, prices are per unit and year.
    """

    deal: Ints
    product: Ints
    asked: Ints
    quantity: Ints
    unit_price: Floats
    discount: Ints

    def __len__(self) -> int:
        return len(self.deal)


def stock(world: World, span: Span) -> Shelf:
    products, industries = world.customers.products, list(world.firms.industries)
    names = list(products)
    together = np.array([[one.with_products.get(name, 0.0) for name in names] for one in products.values()])
    return Shelf(
        price=np.array([product.price for product in products.values()]),
        base=np.array([product.base for product in products.values()]),
        size=np.array([product.size for product in products.values()]),
        industry=np.array([[one.industries.get(name, 0.0) for one in products.values()] for name in industries]),
        together=np.where(together != 0, together, together.T),
        from_at=np.array([span.start + product.from_day * DAY for product in products.values()]),
    )


def pull(world: World, shelf: Shelf, firms: Firms, firm: Ints) -> Floats:
    """Log-odds (firms x products) that a firm wants each product, whatever else it has."""
    size = np.log(firms.employees[firm]) - world.customers.size_middle_log
    return np.asarray(shelf.base + shelf.industry[firms.industry[firm]] + size[:, None] * shelf.size, dtype=np.float64)


def first_baskets(shelf: Shelf, wanted: Floats, at: Ints, rng: np.random.Generator) -> Bools:
    """The products (deals x products) of deals that begin at `at`: never none, never one before its day."""
    sold = shelf.from_at <= at[:, None]
    drawn = np.argmax(np.where(sold, wanted + rng.gumbel(size=wanted.shape), -np.inf), axis=1)
    basket = np.zeros(wanted.shape, dtype=np.bool_)
    basket[np.arange(len(at)), drawn] = True
    draws = rng.random(wanted.shape)
    for product in range(len(shelf)):
        joins = draws[:, product] < logistic(wanted[:, product] + basket @ shelf.together[:, product])
        basket[:, product] |= joins & sold[:, product]
    return basket


def next_product_chance(shelf: Shelf, wanted: Floats, owned: Bools, at: Ints) -> Floats:
    """The true chance (customers x products) of each product to be the next one bought: a softmax of what the customer
    wants and what goes with what it has, over what it has not; rows of zeros where nothing is left.
    """
    left = ~owned & (shelf.from_at <= at[:, None])
    weight = np.where(left, np.exp(wanted + owned @ shelf.together), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0), dtype=np.float64)


def drawn_product(chance: Floats, rng: np.random.Generator) -> Ints:
    """One product per row by its chance; -1 where no product has any."""
    reached = np.cumsum(chance, axis=1)
    draw = rng.random(len(chance))[:, None] * reached[:, -1:]
    return np.where(reached[:, -1] > 0, np.minimum((reached <= draw).sum(axis=1), chance.shape[1] - 1), -1)


def first_units(rates: Rates, basket: Bools, worth: Floats, rng: np.random.Generator) -> Ints:
    """Units (deals x products) that a deal worth this much would take of each product in its basket."""
    most = np.maximum(worth / rates.usual_basket, 1.0)[:, None]
    taken = rates.uptake_least + (1 - rates.uptake_least) * rng.random(basket.shape)
    return np.where(basket, np.maximum(np.rint(most * taken), 1), 0).astype(np.int64)


def discounts(rates: Rates, count: int, rng: np.random.Generator) -> Ints:
    """Discounts in whole per cent."""
    drawn = np.rint(rates.discount_mean + rates.discount_sd * rng.standard_normal(count))
    return np.clip(drawn, 0, rates.discount_most).astype(np.int64)


def listed(deal: Ints, asked: Ints, quantity: Ints, price: Floats, discount: Ints) -> Lines:
    """The lines of deals from units (deals x products), prices per unit (likewise) and a discount per deal."""
    place, product = np.nonzero(asked)
    return Lines(
        deal=deal[place],
        product=product,
        asked=asked[place, product],
        quantity=quantity[place, product],
        unit_price=rounded(price[place, product]),
        discount=discount[place],
    )


def rounded(price: Floats) -> Floats:
    return np.asarray(np.rint(price * CENTS) / CENTS, dtype=np.float64)


def total(lines: Lines, quantity: Ints) -> Floats:
    """The price of each line after discount, in whole cents."""
    return rounded(lines.unit_price * quantity * (100 - lines.discount) / 100)


def worth_of(lines: Lines, quantity: Ints, deals: int) -> Floats:
    """What the lines of each deal add up to."""
    return rounded(np.bincount(lines.deal, weights=total(lines, quantity), minlength=deals).astype(np.float64))
