"""Whether a sensor may be used: the rules, the check, the enrolment at this station."""
