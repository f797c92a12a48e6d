#!/usr/bin/env python3
"""Fits with Minuit what exported_likelihood.cpp or exported_experiment.cpp wrote: iminuit_fit.py FILE.

Prints JSON: {"valid", "chi2", "parameters": {name: {"value", "error", "minus", "plus"}}, "worst_check"}, errors from HESSE
and MINOS; "worst_check": how far the counts at "checks" are from those that the file has, in their statistical errors.
With no FILE it only says whether iminuit can be used, by its exit status.
"""
import json
import sys

import numpy
from iminuit import Minuit


def lagrange(nodes, x):
    """The values at x of the polynomials that are 1 at one node and 0 at the others."""
    weights = numpy.empty(len(nodes))
    for i, node in enumerate(nodes):
        others = numpy.delete(nodes, i)
        weights[i] = numpy.prod((x - others) / (node - others))
    return weights


class Table:
    """Counts tabulated over some of the parameters, with a polynomial through all nodes, or through the four next ones."""

    def __init__(self, given, shape, local):
        self.axes = [(axis["parameter"], numpy.array(axis["nodes"])) for axis in given]
        self.shape = [len(nodes) for _, nodes in self.axes] + shape
        self.local = local

    def at(self, table, values):
        for parameter, nodes in self.axes:
            x = values[parameter]
            if self.local:
                first = min(max(int(numpy.searchsorted(nodes, x)) - 2, 0), len(nodes) - 4)
                table = numpy.tensordot(lagrange(nodes[first : first + 4], x), table[first : first + 4], 1)
            else:
                table = numpy.tensordot(lagrange(nodes, x), table, 1)
        return table


class Signal:
    """Sum over parts (prompt, delayed) of counts by size times fractions by time, each tabulated."""

    def __init__(self, given):
        self.size = Table(given["size_axes"], [-1], False)
        self.time = Table(given["time_axes"], [-1], True)
        self.parts = [
            (
                numpy.array(part["size"]).reshape(self.size.shape),
                numpy.array(part["time"]).reshape(self.time.shape),
            )
            for part in given["parts"]
        ]
        self.factors = given["factors"]
        self.events = given["events"]

    def __call__(self, values):
        mu = sum(
            numpy.outer(self.size.at(size, values), self.time.at(time, values)).ravel() for size, time in self.parts
        )
        if self.events is not None:
            return values[self.events] / numpy.sum(mu) * mu
        return numpy.prod([values[i] for i in self.factors]) * mu


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
        self.signal = Signal(given["signal"]) if "signal" in given else None
        self.parameters = given["parameters"]

    def expected(self, values):
        mu = self.constant + values @ self.templates
        for a, b, counts in self.products:
            mu = mu + values[a] * values[b] * counts
        if self.signal is not None:
            mu = mu + self.signal(values)
        return mu

    def distance(self, check):
        counts = numpy.array(check["counts"])
        return numpy.max(numpy.abs(self.expected(numpy.array(check["values"])) - counts) / numpy.sqrt(counts))

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
    chi2 = Chi2(given)
    minuit = Minuit(chi2, [p["start"] for p in parameters], name=[p["name"] for p in parameters])
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
    worst = max((chi2.distance(check) for check in given.get("checks", [])), default=0.0)
    print(json.dumps({"valid": minuit.valid, "chi2": minuit.fval, "parameters": found, "worst_check": worst}))


main()
