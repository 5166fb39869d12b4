"""Interchangeable engines that turn a routing instance into routes."""
