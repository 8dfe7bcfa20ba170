"""Statistics over many simulated companies, whose true chances are known (`make judge`). Too long for `make test`."""
