export const value = { dynamic: true };
export const run = () => Object.keys(value);
