"""The record of every action and of every file received: the only room that talks to a database."""
