"""The demo corpus: synthetic customer-service text in four languages, made without a download."""

from langalign_sk.datasets._demo import DemoData, load_demo

__all__ = ["DemoData", "load_demo"]
