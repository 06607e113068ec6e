TEXT = "hello from lib"
