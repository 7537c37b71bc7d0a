"""Employers that match their people's gifts: what was asked for, and what arrived."""
