import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { createDeflate } from 'node:zlib'
import sharp from 'sharp'
import { pngChunk } from '../../pictures/png-writer'
import type { ViewFault } from './faults'

/** Answers `/view`: with the picture, or with what a broken or malicious server sends in its place. */
export function answerView(kind: ViewFault, file: Buffer, request: IncomingMessage, response: ServerResponse): void {
  switch (kind) {
    case 'picture':
      return void response.writeHead(200, { 'content-type': 'image/png', 'content-length': file.length }).end(file)
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>')
    case 'half':
      response
        .writeHead(200, { 'content-type': 'image/png', 'content-length': file.length })
        .write(file.subarray(0, file.length >> 1))
      return void setTimeout(() => request.socket.destroy(), 20)
    case 'redirect':
      return void response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end()
    case 'bomb':
      return void response.writeHead(200, { 'content-type': 'image/png' }).end(bombOf(file))
    case 'text_bomb':
      return void textBombOf(file).then((bomb) => response.writeHead(200, { 'content-type': 'image/png' }).end(bomb))
    case 'wrong_size':
      return void sharp({ create: { width: 7, height: 90, channels: 3, background: 'red' } })
        .png()
        .toBuffer()
        .then((other) => response.writeHead(200, { 'content-type': 'image/png', 'content-length': other.length }).end(other))
    case 'drip': {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': file.length })
      let at = 0
      const timer = setInterval(() => {
        if (response.destroyed || at >= file.length) return void clearInterval(timer)
        response.write(file.subarray(at, (at += 1)))
      }, 50)
      return
    }
    case 'huge':
    case 'endless': {
      response.writeHead(200, { 'content-type': 'image/png', ...(kind === 'huge' ? { 'content-length': 2 ** 31 } : {}) })
      const chunk = Buffer.alloc(1024 * 1024)
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump)
      }
      return pump()
    }
  }
}

/** The same PNG with a header that promises 50,000 × 50,000 pixels. */
function bombOf(png: Buffer): Buffer {
  const bomb = Buffer.from(png)
  bomb.writeUInt32BE(50_000, 16)
  bomb.writeUInt32BE(50_000, 20)
  return bomb
}

/** The same PNG with a compressed text of 200 KB that expands to 200 MB; made without ever holding these. */
async function textBombOf(png: Buffer): Promise<Buffer> {
  const blanks = Buffer.alloc(1e6, 32)
  const text = await buffer(Readable.from(Array.from({ length: 200 }, () => blanks)).pipe(createDeflate({ level: 9 })))
  const afterHeader = 8 + 25
  const chunk = pngChunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0'), text]))
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)])
}
