// placeholder until the pages of the records room are there
export function attach() {}
