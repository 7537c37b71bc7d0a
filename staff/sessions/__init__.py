"""Who is signed in where: sessions that can be seen and ended, devices that are known."""
