"""An embedded stand-in for splunkd: its REST and HEC on loopback, over stored events and this engine.

So that the clients which talk to a real Splunk in a container can be run against something on every laptop
and in every CI run. What is not here answers 404 as splunkd would; nothing is answered with an invented
success. `routes.py` is the list of what is here.
"""
