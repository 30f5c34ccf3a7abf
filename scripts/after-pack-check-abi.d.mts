import type { AfterPackContext } from 'app-builder-lib'

export function electronAbi(): number
export function packProblems(resourcesDir: string, platform: NodeJS.Platform, abi: number): string[]
export default function afterPack(context: AfterPackContext): void
