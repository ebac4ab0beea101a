export const more = import.meta.url.slice(-7);
