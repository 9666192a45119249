from settings.load import load

__all__ = ["load"]
