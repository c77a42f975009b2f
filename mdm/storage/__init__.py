"""Tables and the queries on them; SQL stays portable or stands here in its two forms side by side."""
