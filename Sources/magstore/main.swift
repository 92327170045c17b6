print("magstore")
