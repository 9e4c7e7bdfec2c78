"""The whole workflow from camera to report, on simulated devices with the real code."""

from vein_imaging.demo.run import DemoResult, demo_work, run_demo

__all__ = ["DemoResult", "demo_work", "run_demo"]
