/** What a page of Recast may load: its own files, pictures of its own making, its own connection. The same in both shells with a window. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For pictures and answers, which are never pages: should one be opened as a page, nothing in it runs. */
const dataSecurityPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** Headers of every answer; `page` is for the renderer's own files. */
export function securityHeaders(kind: 'page' | 'data'): Record<string, string> {
  return {
    'content-security-policy': kind === 'page' ? contentSecurityPolicy : dataSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
  }
}
