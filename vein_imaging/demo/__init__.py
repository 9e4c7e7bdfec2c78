"""The main job from camera to report, with simulated devices and real code."""

from vein_imaging.demo.run import DemoResult, demo_work, run_demo

__all__ = ["DemoResult", "demo_work", "run_demo"]
