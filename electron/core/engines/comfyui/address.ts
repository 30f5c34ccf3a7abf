import { AppError } from '#shared/domain/error'

/** Where a ComfyUI server is: `http(s)://host[:port][/path]` without a slash at the end. */
export interface ServerAddress {
  http: string
  socket: string
  /** For people: host and port, never credentials. */
  label: string
}

/** Reads an address as people write it (`192.168.1.5:8188`, `https://gpu.example/comfy/`). Throws `input.unknown_engine`. */
export function readAddress(text: string): ServerAddress {
  const trimmed = text.trim()
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`
  let url: URL
  try {
    url = new URL(withScheme)
  } catch {
    throw badAddress(text)
  }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') throw badAddress(text)
  // Credentials in an address would end up in logs and engine ids; they belong into a header.
  if (url.username !== '' || url.password !== '') {
    throw new AppError('input.unknown_engine', 'Leave user name and password out of the address; give them as a header instead.')
  }
  const path = url.pathname.replace(/\/+$/, '')
  const http = `${url.protocol}//${url.host}${path}`
  return { http, socket: http.replace(/^http/, 'ws'), label: `${url.host}${path}` }
}

function badAddress(text: string): AppError {
  return new AppError(
    'input.unknown_engine',
    `"${text}" is no engine: use auto, draft, local, or a ComfyUI address such as http://192.168.1.5:8188.`,
    { detail: { engine: text } },
  )
}
