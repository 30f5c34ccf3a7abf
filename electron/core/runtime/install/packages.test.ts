// uv's own words, as uv 0.13.9 printed them against loopback indexes that answer wrongly.
import { describe, expect, it } from 'vitest'
import { runtimeLayout } from '../layout'
import { pythonEnvironment, uvEnvironment } from './environment'
import { packageProgress, uvError } from './packages'

const what = 'installing the packages'

describe('what uv says of a failure', () => {
  it.each([
    [
      'an index without it',
      '  × No solution found when resolving dependencies:\n  ╰─▶ Because accelerate was not found in the package registry and you require accelerate==1.15.0, we can conclude that your requirements are unsatisfiable.',
      'engine.start',
      /lacks accelerate .*Choose another one, or none/,
    ],
    [
      'an index that is behind',
      '  cause: Because there is no version of accelerate==1.15.0 and you require accelerate==1.15.0, we can conclude that your requirements are unsatisfiable.',
      'engine.start',
      /lacks accelerate==1\.15\.0 .*Choose another one/,
    ],
    [
      'a page that is no index',
      'error: Missing `Content-Type` header for `http://127.0.0.1:18999/cut/x/y/accelerate/`',
      'engine.start',
      /no package index .*sign-in page/,
    ],
    [
      '403',
      'error: HTTP status client error (403 Forbidden) for url (https://mirror.example/)',
      'auth.denied',
      /Check the mirror/,
    ],
    ['500', 'error: Request failed after 5 retries in 18.3s\n  Caused by: Failed to fetch: x', 'engine.offline', /it goes on/],
    [
      'no network, and not in the cache',
      'Because accelerate was not found in the cache and you require accelerate==1.15.0.\n\nhint: Packages were unavailable because the network was disabled.',
      'engine.offline',
      /Install again with a connection/,
    ],
    ['a full disk', 'error: Failed to write: No space left on device (os error 28)', 'io.disk_full', /Free some space/],
    ['words of a future uv', 'error: something new', 'engine.start', /something new\. Install again/],
  ] as const)('%s', (_name, tail, code, words) => {
    const error = uvError(tail, what)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
  })
})

it('progress never goes back, and tells how much came and how fast', () => {
  let ms = 0
  const count = packageProgress('torch==2.9\nnumpy==2.0\nsix==1.0\n', () => ms)
  const lines: [number, string][] = [
    [0, 'Resolved 3 packages in 40ms'],
    [0, 'Downloading torch (800.0MiB)'],
    [0, 'Downloading numpy (16.0MiB)'],
    [2_000, 'Downloaded numpy'],
    [20_000, ' Downloaded torch'],
    [25_000, 'Prepared 3 packages in 25s'],
    [26_000, 'Installed 3 packages in 1s'],
  ]
  const seen = lines.map(([at, line]) => {
    ms = at
    return count(line)
  })
  expect(seen.map(({ progress }) => progress)).toEqual(seen.map(({ progress }) => progress).sort((a, b) => a - b))
  expect(seen.at(-1)?.progress).toBe(1)
  expect(seen[3]?.note).toBe('Downloaded numpy · 17 MB came, 8.4 MB/s')
  expect(seen[4]?.note).toBe(' Downloaded torch · 856 MB came, 42.8 MB/s')
})

describe("the user's environment", () => {
  it('does not lead Python and uv away from the lock', () => {
    const users = {
      PYTHONOPTIMIZE: '2',
      PYTHONIOENCODING: 'gbk',
      UV_TORCH_BACKEND: 'cpu',
      UV_EXCLUDE_NEWER: '2024-01-01',
      UV_PYTHON: '3.9',
      UV_NO_CACHE: '1',
    }
    const kept = {
      UV_INDEX_URL: 'https://mirror.example/simple',
      UV_PYTHON_INSTALL_MIRROR: 'https://mirror.example/python',
      HTTPS_PROXY: 'http://proxy.example:8080',
      SSL_CERT_FILE: '/etc/company.pem',
    }
    const env = uvEnvironment(runtimeLayout('/data'), { mirrors: {}, offline: false }, { ...users, ...kept })
    expect(env).toMatchObject(kept)
    expect(Object.keys(users).filter((name) => name in env)).toEqual([])
  })

  it("does not put a CUDA toolkit's libraries before those that torch brings", () => {
    const of = (path: string, more = {}): string | undefined =>
      pythonEnvironment({ LD_LIBRARY_PATH: path, ...more })['LD_LIBRARY_PATH']
    expect(of('/usr/local/cuda/lib64:/usr/lib/wsl/lib:/opt/cuda-12.1/targets/x86_64-linux/lib/')).toBe('/usr/lib/wsl/lib')
    expect(of('/usr/local/cuda/compat:/run/opengl-driver/lib')).toBe('/usr/local/cuda/compat:/run/opengl-driver/lib')
    expect(of('/tmp/.mount_Recast/usr/lib:/opt/lib', { APPDIR: '/tmp/.mount_Recast' })).toBe('/opt/lib')
    expect(pythonEnvironment({})).not.toHaveProperty('LD_LIBRARY_PATH')
  })
})
