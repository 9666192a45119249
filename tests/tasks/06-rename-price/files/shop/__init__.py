from shop.prices import price_with_tax

__all__ = ["price_with_tax"]
