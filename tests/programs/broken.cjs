const a = ; // no JavaScript
