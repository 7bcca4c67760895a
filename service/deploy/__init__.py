"""What a station is made of on a machine: services, rules, users; and the kiosk's browser."""
