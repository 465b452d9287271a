"""The app's client of AWS: what it asks of S3 Batch Operations, signed, within bounds, and read. Nothing of Splunk.

Its name is that of the app's own s3batchjobs.conf, of which there can be one in a Splunk: no other app brings a module
of that name. Pure Python 3.7 to 3.13; importing the package itself imports none of its modules.
"""
