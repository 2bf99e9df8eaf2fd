// Japanese.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "ja";
export const direction = "";

export const assistant = "AIアシスタント";
export const openChat = "チャットを開く";
export const chatFailed = "チャットを読み込めませんでした。もう一度お試しください";
export const minimise = "チャットを最小化";
export const chat = "チャット";
export const connecting = "接続中…";
export const writeToUs = "お問い合わせください";
export const finding = "担当者を探しています";
export const team = (title: string) => `${title}のチーム`;
export const away = (title: string) => `${title}のチーム(一時不在)`;
export const chatEnded = "チャットは終了しました";
export const human = "担当者と話す";
export const askingHuman = "依頼中…";
export const humanHint = "担当者をご希望ですか?今すぐお呼びできます。";
export const endChat = "チャットを終了";
export const closePanel = "閉じる";
export const messages = "メッセージ";
export const earlier = "以前のメッセージを表示";
export const earlierChats = "以前のチャット";
export const chatOf = (when: string) => `${when}のチャット`;
export const noEarlier = "以前のチャットはありません。";
export const loading = "読み込み中…";
export const notLoaded = "読み込めませんでした。しばらくしてからもう一度お試しください。";
export const back = "戻る";
export const more = "もっと見る";
export const cards = "カード";
export const cardBefore = "前のカード";
export const cardNext = "次のカード";
export const chosen = "選択済み:";
export const newTab = "(新しいタブで開きます)";
export const you = "あなた:  ";
export const newMessages = "新しいメッセージ";
export const writeMessage = "メッセージを入力";
export const writeHint = "メッセージを入力…";
export const send = "送信";
export const sent = "送信済み";
export const seen = "既読";
export const waitingToSend = "送信待ち";
export const notSent = "未送信";
export const tryAgain = "再試行";
export const discard = "削除";
export const paused = "少々お待ちください。残りのメッセージを送信します。";
export const offline = "接続がありません。メッセージを保管し、再度送信します。";
export const refused = "このページではチャットを利用できません。";
export const replaced = "このチャットはほかの場所で開かれすぎています。";
export const isTyping = (name: string) => `${name}が入力中です`;
export const youAsked = "担当者との会話を希望しました";
export const assistantAsked = "アシスタントが担当者に助けを求めました";
export const assistantFailed = "アシスタントでは回答できません。担当者が対応します";
export const joined = (name: string) => `${name}がチャットに参加しました`;
export const transferred = (name: string) => `${name}が対応いたします`;
export const requeued = "別の担当者を探しています。順番はそのままです";
export const handedBack = "アシスタントが戻りました";
export const resolved = (name: string) => `${name}がこのチャットを解決しました`;
export const youEnded = "チャットを終了しました";
export const expired = "しばらくやり取りがなかったため、チャットは終了しました";
export const erasedChat = "このチャットは削除されました";
export const activated = (name: string) => `${name}がこのチャットを再開しました`;
export const somebody = "担当チーム";
export const inLine = "でお待ちです。";
export const inLineSpoken = (place: string) => `${place}でお待ちです。`;
export const nobody = "ただいま担当者が席を外しています。入力は続けられます。順番はそのままです。";
export const keepWriting = "入力を続けても、このページを離れても、順番はそのままです。";
export const leaveQueue = "待つのをやめる";
export const howWasIt = "対応はいかがでしたか?";
export const rating = "評価";
export const starsOf = (count: number) => `5点中${count}点`;
export const better = "改善できる点はありますか?  ";
export const optional = "(任意)";
export const skip = "スキップ";
export const sendRating = "評価を送信";
export const thanks = "ありがとうございます。今後の参考にいたします。";
export const newChat = "新しいチャット";
export const endTitle = "チャットを終了しますか?";
export const endText = "よろしければ感想をお聞かせください。";
export const endSend = "送信して終了";
export const endKeep = "チャットを続ける";
export const endSkip = "スキップして終了";
export const ending = "チャットを終了しています…";
export const textHeld = "このチャットは終了しました。文章は送信されていません。";
export const startWithText = "この文章で新しいチャットを始める";
export const sentYou = (name: string) => `${name}からのメッセージ:`;
export const dismiss = "閉じる";
export const attach = "ファイルを添付";
export const filesToSend = "送信するファイル";
export const file = "ファイル";
export const filesMissing = "ファイルを見るにはページを再読み込みしてください。";
export const tooLarge = "ファイルは10 MBまでです。";
export const wrongType = "送信できるのは画像、音声、動画、PDF、テキストファイルだけです。";
export const notUploaded = "アップロードできませんでした。";
export const removeFile = (name: string) => `${name}を外す`;
export const uploading = (name: string) => `${name}をアップロード中`;
export const download = "ダウンロード";
export const play = "再生";
export const notPlayed = "このブラウザでは再生できません。代わりにダウンロードしてください。";
export const downloadFile = (name: string) => `${name}をダウンロード`;
export const powered = "提供: Switchboard";
export const formTitle = "始める前に";
export const formGo = "チャットを始める";
export const formBack = "チャットに戻る";
export const yourName = "お名前";
export const yourEmail = "メールアドレス";
export const yourMessage = "メッセージ";
export const needed = "入力してください。";
export const badEmail = "メールアドレスの形式ではありません。";
export const leaveTitle = "メッセージを残す";
export const leaveLead = "メッセージとメールアドレスをお残しください。折り返しご連絡します。";
export const leaveSend = "メッセージを送信";
export const nobodyNow = "ただいま担当者がおりません。";
export const emailInstead = "メールで受け取る";
export const mailChat = "このチャットをメールで受け取る";
export const mailSend = "送信";
export const mailSent = "お送りしています。";
export const mailFailed = "うまくいきませんでした。後でもう一度お試しください。";
export const keepsPlace = "入力を続けても、このページを離れても、順番はそのままです。";

const again = "うまくいきませんでした。もう一度お試しください。";
const stranger = "このページであなたを確認できなくなりました。再読み込みしてからお試しください。";
const busy = "ただいま混み合っています。しばらくしてからもう一度お試しください。";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "送信できない内容が含まれています。書き直してください。",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "添付されたファイルがなくなりました。もう一度添付してください。",
  already_assigned: again,
  not_assignee: again,
  ended: "このチャットは終了しました。",
  not_ended: again,
  active_exists: "まだ開いている別のチャットがあります。",
  no_such_agent: again,
  no_bot: again,
  already_rated: "このチャットはすでに評価済みです。",
  rating_closed: "このチャットの評価期間は終わりました。",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "先に質問にお答えください。",
  id_reused: "すでに送信されています。書き直してください。",
  too_many_tags: again,
  too_large: "長すぎます。分けて送信してください。",
  rate_limited: "送信が速すぎます。少し待ってからもう一度お試しください。",
  overloaded: busy,
  unavailable: busy,
  draining: "まもなく再開します。その後にもう一度お試しください。",
  insufficient_storage: "現在お受けできません。後でもう一度お試しください。",
};

export const backAt = (at: number, now: number) => `再開: ${dayAndTime(locale, at, now)}。`;
export const openUnread = (count: number) =>
  plural(locale, count, { other: "チャットを開く、未読メッセージ#件" });
export const place = (count: number) => `${count}番目`;
export const soon = "通常1分以内です。";
export const minutes = (count: number) => plural(locale, count, { other: "通常約#分です。" });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
