"""Jobs for workers that see neither the disk nor the folders of the run."""
