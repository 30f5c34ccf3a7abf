import type { ErrorCode, ErrorView } from '#shared/domain/error'
import { lighterName, lighterWaysOf } from '#shared/domain/lighter'
import type { Language } from './i18n'

/** What went wrong, in a few words, and what to do next. */
export interface ErrorWords {
  title: string
  next: string
}

type Teller = (detail: Readonly<Record<string, unknown>>, message: string) => ErrorWords
/** Every code has words in each language, or this does not compile. */
type Dictionary = Record<ErrorCode, ErrorWords | Teller>

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
const list = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((item) => text(item) ?? []) : [])

/** What was refused is a file that was to be brought in. */
const isFile = (detail: Readonly<Record<string, unknown>>): boolean =>
  detail['field'] === 'file' || detail['field'] === 'workflow'

/** A message as the line below a title: what the title says already is left out. */
function sentence(message: string): string {
  const rest = message.replace(/^This workflow can't be imported: /u, '')
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}${/[.!?]$/u.test(rest) ? '' : '.'}`
}

/** What keeps a server out of reach is its certificate, by OpenSSL's and Node's names for that. */
const isCertificate = (detail: Readonly<Record<string, unknown>>): boolean =>
  /CERT|ISSUER|LEAF_SIGNATURE/u.test(text(detail['why']) ?? '')

const nearest = (detail: Readonly<Record<string, unknown>>): string[] => list(detail['suggestions']).slice(0, 3)

const en: Dictionary = {
  // The message is English already, and names the value and what to do: no words of ours say more.
  'input.invalid': (detail, message) =>
    isFile(detail)
      ? { title: 'This file cannot be imported', next: sentence(message) }
      : { title: 'Something entered does not fit', next: sentence(message) },
  'input.empty_file': { title: 'The file is empty', next: 'Export or copy it again, then add it once more.' },
  'input.not_a_picture': { title: 'This is not a picture', next: 'Add a PNG, JPEG, WebP, TIFF, GIF or AVIF file.' },
  'input.unsupported_format': {
    title: 'This kind of file is not taken',
    next: 'Save it as PNG, JPEG, WebP or TIFF and add that.',
  },
  'input.damaged': {
    title: 'The file is damaged',
    next: 'Get a fresh copy of it, or open and save it again in an image editor.',
  },
  'input.too_large': { title: 'The picture is too large', next: 'Scale it below 100 megapixels and add it again.' },
  'input.unknown_style': (detail) => ({
    title: 'This style is not known',
    next: nearest(detail).length > 0 ? `Choose another style, perhaps ${nearest(detail).join(', ')}.` : 'Choose another style.',
  }),
  'input.unknown_view': (detail) => ({
    title: 'This view is not known',
    next:
      nearest(detail).length > 0
        ? `Choose a pose, perhaps ${nearest(detail).join(', ')}.`
        : 'Choose a pose, or use words such as “left”, “top” or “close-up”.',
  }),
  'input.unknown_engine': { title: 'This engine is not set up', next: 'Choose another engine at the top, then retry.' },
  'input.unknown_workflow': { title: 'This workflow is not installed', next: 'Choose another workflow, then run it again.' },
  'input.unsupported_edit': (detail) =>
    text(detail['view'])
      ? {
          title: 'The draft engine knows no pose in these words',
          next: 'Name one, such as “left”, “top” or “close-up”, or choose it on the ring.',
        }
      : { title: 'This engine cannot do that', next: 'Choose another edit, or another engine at the top.' },
  'input.not_found': {
    title: 'What is needed is not there any more',
    next: 'It was moved or deleted. Add the picture again.',
  },
  'input.conflict': { title: 'It has changed meanwhile', next: 'Look at its present state, then try again.' },
  'engine.offline': (detail) =>
    isCertificate(detail)
      ? {
          title: 'The certificate of the server is not accepted',
          next: 'If it is of your own authority, add the server with that one’s certificate (“Private certificate”). The details have the reason.',
        }
      : {
          title: 'The engine cannot be reached',
          next: 'Its jobs wait and run when it is back. Or choose another engine at the top.',
        },
  'engine.start': {
    title: 'The engine did not start',
    next: 'Recast tries again by itself. Restart Recast if it keeps failing.',
  },
  'engine.missing_node': (detail) => ({
    title: text(detail['node']) ? `The node ${text(detail['node'])} is missing` : 'A node is missing on the engine',
    next: 'Install it in ComfyUI, restart that, then retry.',
  }),
  'engine.missing_model': (detail) => ({
    title: text(detail['file']) ? `The model ${text(detail['file'])} is missing` : 'A model file is missing',
    next: text(detail['folder'])
      ? `Get it under Models, or put it into ${text(detail['folder'])} on the engine; then retry.`
      : 'Get it under Models, or put it into the models folder of the engine; then retry.',
  }),
  'engine.rejected': { title: 'The engine refused the job', next: 'Open the details, correct what they name, then retry.' },
  'engine.out_of_memory': (detail) => {
    const lighter = lighterWaysOf(detail).slice(0, 3).map(lighterName)
    return {
      title: 'Not enough memory',
      next:
        lighter.length > 0
          ? `Do it again with a lighter workflow (${lighter.join(', ')}), or close other programs and retry.`
          : 'Close other programs or use a smaller picture, then retry.',
    }
  },
  'engine.execution': (detail) => {
    const node = text(detail['nodeType'])
    return node
      ? {
          title: `${node} failed on the engine`,
          next: 'The details have its own words. Correct that or choose another workflow, then retry.',
        }
      : { title: 'The engine failed on this job', next: 'Retry. If it fails again, the details have the reason.' }
  },
  'engine.lost': { title: 'The engine stopped in the middle', next: 'Retry to run it again from the start.' },
  'engine.timeout': { title: 'The engine went quiet', next: 'Retry. If it keeps happening, restart the engine.' },
  'download.offline': {
    title: 'The download source cannot be reached',
    next: 'Check the connection, or choose a mirror; resume goes on where it stopped.',
  },
  'download.denied': { title: 'The source refuses the download', next: 'Check the access token or the proxy, then resume.' },
  'download.gated': (detail) => ({
    title: 'The licence has to be accepted first',
    next: text(detail['page'])
      ? `Open ${text(detail['page'])}, accept it there, set your access token, then resume.`
      : 'Accept it on the source’s page, set your access token, then resume.',
  }),
  'download.missing': { title: 'The source has no such file', next: 'Choose a mirror, or import the file by hand.' },
  'download.busy': { title: 'The source is busy', next: 'Wait a while, then resume; it goes on where it stopped.' },
  'download.changed': {
    title: 'The source has another version of this file',
    next: 'Choose another mirror, or update Recast so that it knows the new one.',
  },
  'download.corrupt': {
    title: 'The download is damaged',
    next: 'It was thrown away. Try again, or choose another mirror.',
  },
  'download.unsafe': {
    title: 'The source points to an unsafe address',
    next: 'Choose another mirror with an https address.',
  },
  'io.disk_full': { title: 'The disk is full', next: 'Free some space on it, then retry.' },
  'io.permission': { title: 'No permission for that file or folder', next: 'Allow access, or choose another place, then retry.' },
  'io.failed': { title: 'Reading or writing a file failed', next: 'Check the disk, then retry.' },
  'database.future': { title: 'The data is from a newer Recast', next: 'Update Recast, or choose another data folder.' },
  'database.corrupt': {
    title: 'The database is damaged',
    next: 'Press “Check now” in Settings › About, or run “recast doctor”: what can be repaired is.',
  },
  'instance.unreachable': {
    title: 'Recast is not answering',
    next: 'Wait a moment and try again. Start Recast again if it stays away.',
  },
  'auth.denied': (detail) =>
    text(detail['server'])
      ? { title: `${text(detail['server'])} refuses access`, next: 'Correct its login under Engines, then retry.' }
      : { title: 'Access was refused', next: 'Open the address that Recast printed when it started.' },
  'secrets.unavailable': {
    title: 'The system’s keychain gives or takes no secret',
    next: 'Unlock it (on Linux: GNOME Keyring or KWallet) and start Recast again, or enter the login or token once more.',
  },
  canceled: { title: 'Cancelled', next: 'Retry to run it again.' },
  bug: { title: 'Something went wrong in Recast', next: 'Retry. If it comes back, copy the details and report it.' },
}

const zh: Dictionary = {
  'input.invalid': (detail) =>
    detail['field'] === 'workflow'
      ? { title: '无法导入此工作流', next: '请在 ComfyUI 中重新保存（Workflow → Save 或 Export (API)）后再导入，详情中有原因。' }
      : detail['field'] === 'file'
        ? { title: '无法导入此文件', next: '请选择由 Recast 导出的文件，详情中有原因。' }
        : {
            title: '输入的内容不合适',
            next: text(detail['field'])
              ? `请修正“${text(detail['field'])}”后再试，详情中有原因。`
              : '请按详情中的说明修正后再试。',
          },
  'input.empty_file': { title: '文件是空的', next: '请重新导出或复制该文件，再次添加。' },
  'input.not_a_picture': { title: '这不是图片', next: '请添加 PNG、JPEG、WebP、TIFF、GIF 或 AVIF 文件。' },
  'input.unsupported_format': { title: '不支持这种文件', next: '请另存为 PNG、JPEG、WebP 或 TIFF 后添加。' },
  'input.damaged': { title: '文件已损坏', next: '请获取新的副本，或在图像软件中打开并重新保存。' },
  'input.too_large': { title: '图片太大', next: '请缩小到 1 亿像素以内再添加。' },
  'input.unknown_style': (detail) => ({
    title: '未知的风格',
    next: nearest(detail).length > 0 ? `请选择其他风格，例如 ${nearest(detail).join('、')}。` : '请选择其他风格。',
  }),
  'input.unknown_view': (detail) => ({
    title: '未知的视角',
    next:
      nearest(detail).length > 0 ? `请选择机位，例如 ${nearest(detail).join('、')}。` : '请选择机位，或使用“左”“顶”“特写”等词。',
  }),
  'input.unknown_engine': { title: '此引擎尚未设置', next: '请在顶部选择其他引擎，然后重试。' },
  'input.unknown_workflow': { title: '此工作流尚未安装', next: '请选择其他工作流后再运行。' },
  'input.unsupported_edit': (detail) =>
    text(detail['view'])
      ? { title: '草稿引擎不认识这些描述中的机位', next: '请写出机位，例如“左”“顶”“特写”，或在圆环上选择。' }
      : { title: '此引擎无法完成', next: '请换一种编辑，或在顶部选择其他引擎。' },
  'input.not_found': { title: '所需内容已不存在', next: '它已被移动或删除，请重新添加图片。' },
  'input.conflict': { title: '内容已发生变化', next: '请查看当前状态后再试。' },
  'engine.offline': (detail) =>
    isCertificate(detail)
      ? {
          title: '服务器的证书不被接受',
          next: '如果它由自建机构签发，请添加服务器时填入该机构的证书（“私有证书”）。详情中有原因。',
        }
      : { title: '无法连接引擎', next: '任务会等待引擎恢复后运行；也可在顶部选择其他引擎。' },
  'engine.start': { title: '引擎未能启动', next: 'Recast 会自动重试；若一直失败，请重启 Recast。' },
  'engine.missing_node': (detail) => ({
    title: text(detail['node']) ? `缺少节点 ${text(detail['node'])}` : '引擎缺少节点',
    next: '请在 ComfyUI 中安装并重启，然后重试。',
  }),
  'engine.missing_model': (detail) => ({
    title: text(detail['file']) ? `缺少模型 ${text(detail['file'])}` : '缺少模型文件',
    next: text(detail['folder'])
      ? `请在“模型”中获取，或放入引擎的 ${text(detail['folder'])}，然后重试。`
      : '请在“模型”中获取，或放入引擎的模型文件夹，然后重试。',
  }),
  'engine.rejected': { title: '引擎拒绝了任务', next: '请打开详情，修正其中指出的问题后重试。' },
  'engine.out_of_memory': (detail) => {
    const lighter = lighterWaysOf(detail).slice(0, 3).map(lighterName)
    return {
      title: '内存不足',
      next:
        lighter.length > 0
          ? `请改用更轻的工作流（${lighter.join('、')}）再做一次，或关闭其他程序后重试。`
          : '请关闭其他程序或使用较小的图片，然后重试。',
    }
  },
  'engine.execution': (detail) => {
    const node = text(detail['nodeType'])
    return node
      ? { title: `引擎上的 ${node} 失败`, next: '详情中有它的原话。请更正，或换一个工作流，然后重试。' }
      : { title: '引擎处理此任务时失败', next: '请重试；若再次失败，请查看详情中的原因。' }
  },
  'engine.lost': { title: '引擎中途停止', next: '请重试，任务会从头运行。' },
  'engine.timeout': { title: '引擎长时间无响应', next: '请重试；若经常发生，请重启引擎。' },
  'download.offline': { title: '无法连接下载源', next: '请检查网络或选择镜像；继续时会从中断处接着下载。' },
  'download.denied': { title: '下载源拒绝访问', next: '请检查访问令牌或代理，然后继续。' },
  'download.gated': (detail) => ({
    title: '需要先接受许可协议',
    next: text(detail['page'])
      ? `请打开 ${text(detail['page'])} 接受协议，设置访问令牌，然后继续。`
      : '请在来源页面接受协议，设置访问令牌，然后继续。',
  }),
  'download.missing': { title: '下载源没有此文件', next: '请选择镜像，或手动导入该文件。' },
  'download.busy': { title: '下载源繁忙', next: '请稍候再继续，会从中断处接着下载。' },
  'download.changed': { title: '下载源上的文件版本不同', next: '请选择其他镜像，或更新 Recast。' },
  'download.corrupt': { title: '下载的文件已损坏', next: '文件已丢弃，请重试或选择其他镜像。' },
  'download.unsafe': { title: '下载源指向不安全的地址', next: '请选择使用 https 的其他镜像。' },
  'io.disk_full': { title: '磁盘已满', next: '请释放空间，然后重试。' },
  'io.permission': { title: '没有该文件或文件夹的权限', next: '请允许访问或选择其他位置，然后重试。' },
  'io.failed': { title: '文件读写失败', next: '请检查磁盘，然后重试。' },
  'database.future': { title: '数据来自更新的 Recast', next: '请更新 Recast，或选择其他数据文件夹。' },
  'database.corrupt': {
    title: '数据库已损坏',
    next: '请在“设置 › 关于”中按“立即检查”，或运行 recast doctor，能修复的都会修复。',
  },
  'instance.unreachable': { title: 'Recast 没有响应', next: '请稍候再试；若仍无响应，请重新启动 Recast。' },
  'auth.denied': (detail) =>
    text(detail['server'])
      ? { title: `${text(detail['server'])} 拒绝访问`, next: '请在“引擎”中更正其登录信息，然后重试。' }
      : { title: '访问被拒绝', next: '请打开 Recast 启动时显示的地址。' },
  'secrets.unavailable': {
    title: '系统钥匙串无法读写密钥',
    next: '请解锁钥匙串（Linux 上为 GNOME Keyring 或 KWallet）并重新启动 Recast，或重新输入登录信息或令牌。',
  },
  canceled: { title: '已取消', next: '重试即可再次运行。' },
  bug: { title: 'Recast 出现问题', next: '请重试；若再次出现，请复制详情并反馈。' },
}

export const errorDictionaries: Record<Language, Dictionary> = { en, zh }

/** The words for an error in a language; its own English message stays for the details. */
export function errorWords(error: ErrorView, language: Language): ErrorWords {
  const entry = errorDictionaries[language][error.code]
  return typeof entry === 'function' ? entry(error.detail ?? {}, error.message) : entry
}

/** The same in one line, for a hint or a list. */
export function errorLine(error: ErrorView, language: Language): string {
  const { title, next } = errorWords(error, language)
  return language === 'zh' ? `${title}。${next}` : `${title}. ${next}`
}
