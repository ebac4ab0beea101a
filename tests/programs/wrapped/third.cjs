exports.has = typeof path;
