"""What can go wrong with a product."""

from kaibo.kit.errors import NotFound


class ProductNotFound(NotFound):
    code = "product_not_found"
