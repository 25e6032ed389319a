"""Files of administrations, contact points and officials: from a file to rows, from rows to verdicts, then saved."""
