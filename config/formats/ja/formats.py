"""Short days with two digits for month and day, so that they stand under each other."""

DATETIME_FORMAT = "Y年n月j日 H:i"
SHORT_DATE_FORMAT = "Y/m/d"
SHORT_DATETIME_FORMAT = "Y/m/d H:i"
TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 1
