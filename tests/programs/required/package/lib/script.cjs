exports.loads = require("./more.js").more;
