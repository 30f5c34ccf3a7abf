import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { config } from 'zod'
import { createBridge } from './bridge'

// Schemas never compile themselves with `new Function`: the page's policy forbids it, and trying would be reported.
config({ jitless: true })

contextBridge.exposeInMainWorld(
  'recast',
  createBridge(ipcRenderer, (file) => webUtils.getPathForFile(file as File)),
)
