export function findUv(options?: { install?: boolean }): string | undefined
