import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from './faults'

/** Answers `/view`: with the picture, or with what a broken or malicious server sends in its place. */
export function answerView(kind: Faults['view'], file: Buffer, request: IncomingMessage, response: ServerResponse): void {
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
    case 'endless': {
      response.writeHead(200, { 'content-type': 'image/png' })
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
