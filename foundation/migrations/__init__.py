"""Schema migrations, forward only, written by hand and naming tables; they import no room."""
