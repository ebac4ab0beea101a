export const late = await 1;
