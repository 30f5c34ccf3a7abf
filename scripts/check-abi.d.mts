export type ModuleAbi = { kind: 'versioned'; abi: number } | { kind: 'stable' } | { kind: 'unknown' }
export function readModuleAbi(bytes: Buffer): ModuleAbi
export function readModulePlatform(bytes: Buffer): 'linux' | 'darwin' | 'win32' | undefined
export function abiProblem(path: string, wantedAbi: number, platform: NodeJS.Platform): string | undefined
