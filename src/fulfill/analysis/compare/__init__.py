"""Direct mail, local fulfilment or a mix, and where they break even."""
