import type { AfterPackContext } from 'electron-builder'

export function electronAbi(): number
export function packProblems(resourcesDir: string, platform: NodeJS.Platform, abi: number): string[]
export default function afterPack(context: AfterPackContext): void
