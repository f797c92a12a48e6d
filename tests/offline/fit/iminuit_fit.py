#!/usr/bin/env python3
"""Fits a likelihood that exported_likelihood.cpp wrote with Minuit: iminuit_fit.py FILE.

Prints JSON: {"valid", "chi2", "parameters": {name: {"value", "error", "minus", "plus"}}}, errors from HESSE and MINOS.
With no FILE it only says whether iminuit can be used, by its exit status.
"""
import json
import sys

import numpy
from iminuit import Minuit


class Chi2:
    """χ² of the bins and pulls, as a function of an array of all values."""

    errordef = 1.0

    def __init__(self, given):
        self.statistic = given["statistic"]
        self.counts = numpy.array(given["counts"])
        self.sigma = numpy.array(given["sigma"])
        self.constant = numpy.array(given["constant"])
        self.templates = numpy.array(given["templates"])
        self.products = [(p["a"], p["b"], numpy.array(p["counts"])) for p in given["products"]]
        self.parameters = given["parameters"]

    def expected(self, values):
        mu = self.constant + values @ self.templates
        for a, b, counts in self.products:
            mu = mu + values[a] * values[b] * counts
        return mu

    def bins(self, mu):
        n = self.counts
        if self.statistic == "chi2-counts":
            return numpy.sum((n - mu) ** 2 / n)
        if self.statistic == "chi2-sigma":
            return numpy.sum((n - mu) ** 2 / self.sigma**2)
        if numpy.any(mu <= 0):
            return numpy.inf
        logs = numpy.where(n > 0, n * numpy.log(numpy.where(n > 0, n, 1) / mu), 0)
        return 2 * numpy.sum(mu - n + logs)

    def __call__(self, values):
        values = numpy.asarray(values)
        chi2 = self.bins(self.expected(values))
        for value, parameter in zip(values, self.parameters):
            pull = parameter["pull"]
            if pull is None or not parameter["free"]:
                continue
            distance = value - pull["centre"]
            chi2 += (distance / pull["sigma_minus" if distance < 0 else "sigma_plus"]) ** 2
        return chi2


def main():
    if len(sys.argv) < 2:
        return
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    parameters = given["parameters"]
    minuit = Minuit(Chi2(given), [p["start"] for p in parameters], name=[p["name"] for p in parameters])
    for p in parameters:
        minuit.limits[p["name"]] = (p["lower"], p["upper"])
        minuit.fixed[p["name"]] = not p["free"]
    minuit.strategy = 2
    minuit.tol = 1e-4
    minuit.migrad()
    minuit.hesse()
    minuit.minos()
    found = {}
    for p in minuit.params:
        minos = minuit.merrors[p.name] if p.name in minuit.merrors else None
        found[p.name] = {
            "value": p.value,
            "error": p.error,
            "minus": -minos.lower if minos and minos.lower_valid else None,
            "plus": minos.upper if minos and minos.upper_valid else None,
        }
    print(json.dumps({"valid": minuit.valid, "chi2": minuit.fval, "parameters": found}))


main()
