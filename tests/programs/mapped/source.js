// The source that main.mjs.map names.








