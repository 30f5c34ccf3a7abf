export function VersionsPlace(): null {
  return null
}
