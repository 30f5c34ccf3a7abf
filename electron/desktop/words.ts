/** Languages of the system's own widgets; the page has its own words. */
export type Language = 'en' | 'zh'

/** The language that was chosen, else the system's, else English. */
export function languageFor(setting: 'system' | Language, systemLocale: string): Language {
  if (setting !== 'system') return setting
  return systemLocale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const en = {
  file: 'File',
  openPictures: 'Add pictures…',
  quit: 'Quit Recast',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  help: 'Help',
  showDataFolder: 'Show data folder',
  pictures: 'Pictures',
  chooseFolder: 'Choose a folder',
  jobsLeft: (count: number) => (count === 1 ? 'One job is not finished.' : `${count} jobs are not finished.`),
  jobsLeftDetail: 'Nothing is lost: they go on the next time Recast is started.',
  keepOpen: 'Keep open',
  quitAnyway: 'Quit',
  otherOwner: 'Another Recast is working in this data folder.',
  otherOwnerDetail: 'This window opens when that one has ended.',
  openInBrowser: 'Open it in the browser',
  cannotStart: 'Recast cannot start',
}
export type Words = typeof en

const zh: Words = {
  file: '文件',
  openPictures: '添加图片…',
  quit: '退出 Recast',
  edit: '编辑',
  view: '视图',
  window: '窗口',
  help: '帮助',
  showDataFolder: '显示数据文件夹',
  pictures: '图片',
  chooseFolder: '选择文件夹',
  jobsLeft: (count) => `还有 ${count} 个任务没有完成。`,
  jobsLeftDetail: '不会丢失任何内容：下次启动 Recast 时会继续执行。',
  keepOpen: '保持打开',
  quitAnyway: '退出',
  otherOwner: '另一个 Recast 正在使用此数据文件夹。',
  otherOwnerDetail: '它结束后，此窗口会自动打开。',
  openInBrowser: '在浏览器中打开',
  cannotStart: 'Recast 无法启动',
}

export const words: Record<Language, Words> = { en, zh }
