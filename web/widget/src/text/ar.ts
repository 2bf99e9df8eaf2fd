// Arabic.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "ar-u-nu-latn";
export const direction = "rtl";

export const assistant = "مساعد ذكي";
export const openChat = "فتح المحادثة";
export const chatFailed = "تعذّر تحميل المحادثة. حاول من جديد";
export const minimise = "تصغير المحادثة";
export const chat = "المحادثة";
export const connecting = "جارٍ الاتصال…";
export const writeToUs = "راسلنا";
export const finding = "نبحث لك عن شخص";
export const team = (title: string) => `فريق ${title}`;
export const away = (title: string) => `فريق ${title}، غائب للحظة`;
export const chatEnded = "انتهت المحادثة";
export const human = "التحدث إلى شخص";
export const askingHuman = "جارٍ الطلب…";
export const humanHint = "تفضّل التحدث إلى شخص؟ يمكنك طلب ذلك الآن.";
export const endChat = "إنهاء المحادثة";
export const closePanel = "إغلاق";
export const messages = "الرسائل";
export const earlier = "عرض رسائل سابقة";
export const earlierChats = "محادثات سابقة";
export const chatOf = (when: string) => `محادثة ${when}`;
export const noEarlier = "لا توجد محادثات سابقة.";
export const loading = "جارٍ التحميل…";
export const notLoaded = "تعذّر التحميل. حاول من جديد بعد لحظة.";
export const back = "رجوع";
export const more = "عرض المزيد";
export const cards = "البطاقات";
export const cardBefore = "البطاقة السابقة";
export const cardNext = "البطاقة التالية";
export const chosen = "الاختيار:";
export const newTab = "(يُفتح في علامة تبويب جديدة)";
export const you = "أنت:  ";
export const newMessages = "رسائل جديدة";
export const writeMessage = "اكتب رسالة";
export const writeHint = "اكتب رسالة…";
export const send = "إرسال";
export const sent = "أُرسلت";
export const seen = "قُرئت";
export const waitingToSend = "في انتظار الإرسال";
export const notSent = "لم تُرسل";
export const tryAgain = "إعادة المحاولة";
export const discard = "حذف";
export const paused = "لحظة من فضلك، بقية رسائلك في الطريق.";
export const offline = "لا يوجد اتصال. نحتفظ برسائلك ونحاول من جديد.";
export const refused = "هذه المحادثة غير متاحة في هذه الصفحة.";
export const replaced = "هذه المحادثة مفتوحة في أماكن أخرى كثيرة.";
export const isTyping = (name: string) => `${name} يكتب الآن`;
export const youAsked = "طلبت التحدث إلى شخص";
export const assistantAsked = "طلب المساعد مساعدة شخص";
export const assistantFailed = "لا يستطيع المساعد الإجابة. سيساعدك شخص";
export const joined = (name: string) => `انضم ${name} إلى المحادثة`;
export const transferred = (name: string) => `يساعدك الآن ${name}`;
export const requeued = "نبحث لك عن شخص آخر. مكانك محفوظ";
export const handedBack = "عاد المساعد";
export const resolved = (name: string) => `حلّ ${name} هذه المحادثة`;
export const youEnded = "أنهيت هذه المحادثة";
export const expired = "انتهت هذه المحادثة بعد صمت طويل";
export const erasedChat = "حُذفت هذه المحادثة";
export const activated = (name: string) => `فتح ${name} هذه المحادثة من جديد`;
export const somebody = "فريقنا";
export const inLine = "في الطابور.";
export const inLineSpoken = (place: string) => `ترتيبك في الطابور: ${place}.`;
export const nobody = "لا أحد هنا الآن. يمكنك متابعة الكتابة: مكانك محفوظ.";
export const keepWriting = "يمكنك متابعة الكتابة أو مغادرة هذه الصفحة: مكانك محفوظ.";
export const leaveQueue = "مغادرة الطابور";
export const howWasIt = "كيف كانت المحادثة؟";
export const rating = "التقييم";
export const starsOf = (count: number) => `${count} من 5`;
export const better = "ما الذي يمكن تحسينه؟  ";
export const optional = "(اختياري)";
export const skip = "تخطٍّ";
export const sendRating = "إرسال التقييم";
export const thanks = "شكرًا لك. تقييمك يساعدنا.";
export const newChat = "محادثة جديدة";
export const endTitle = "إنهاء هذه المحادثة؟";
export const endText = "أخبرنا كيف كانت، إن أردت.";
export const endSend = "إرسال وإنهاء المحادثة";
export const endKeep = "متابعة المحادثة";
export const endSkip = "تخطٍّ وإنهاء";
export const ending = "جارٍ إنهاء المحادثة…";
export const textHeld = "انتهت هذه المحادثة. لم يُرسل نصك.";
export const startWithText = "بدء محادثة جديدة بهذا النص";
export const sentYou = (name: string) => `أرسل إليك ${name} رسالة:`;
export const dismiss = "إخفاء";
export const attach = "إرفاق ملف";
export const filesToSend = "ملفات للإرسال";
export const file = "ملف";
export const filesMissing = "أعد تحميل الصفحة لرؤية الملف.";
export const tooLarge = "الحد الأقصى لحجم الملف 10 MB.";
export const wrongType = "لا يمكن إرسال سوى الصور والصوت والفيديو وملفات PDF والنصوص العادية.";
export const notUploaded = "لم يُرفع.";
export const removeFile = (name: string) => `إزالة ${name}`;
export const uploading = (name: string) => `جارٍ رفع ${name}`;
export const download = "تنزيل";
export const play = "تشغيل";
export const notPlayed = "لا يستطيع هذا المتصفح تشغيله. نزّله بدلًا من ذلك.";
export const downloadFile = (name: string) => `تنزيل ${name}`;
export const powered = "بواسطة Switchboard";
export const formTitle = "قبل أن نبدأ";
export const formGo = "بدء المحادثة";
export const formBack = "العودة إلى المحادثة";
export const yourName = "اسمك";
export const yourEmail = "بريدك الإلكتروني";
export const yourMessage = "رسالتك";
export const needed = "يُرجى ملء هذا الحقل.";
export const badEmail = "هذا ليس عنوان بريد إلكتروني.";
export const leaveTitle = "ترك رسالة";
export const leaveLead = "اترك رسالة وبريدك الإلكتروني وسنعود إليك.";
export const leaveSend = "إرسال الرسالة";
export const nobodyNow = "لا أحد هنا الآن.";
export const emailInstead = "عبر البريد الإلكتروني بدلًا من ذلك";
export const mailChat = "إرسال هذه المحادثة إلى بريدي";
export const mailSend = "إرسال";
export const mailSent = "هي في الطريق إليك.";
export const mailFailed = "لم ينجح ذلك. حاول لاحقًا.";
export const keepsPlace = "يمكنك متابعة الكتابة أو مغادرة هذه الصفحة: مكانك محفوظ.";

const again = "لم ينجح ذلك. حاول من جديد.";
const stranger = "لم تعد هذه الصفحة تعرفك. أعد تحميلها ثم حاول من جديد.";
const busy = "نحن مشغولون جدًا. حاول من جديد بعد لحظة.";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "فيها شيء لا يمكن إرساله. اكتبها من جديد.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "ملف مرفق بها لم يعد موجودًا. أرفقه من جديد.",
  already_assigned: again,
  not_assignee: again,
  ended: "انتهت هذه المحادثة.",
  not_ended: again,
  active_exists: "لديك محادثة أخرى ما زالت مفتوحة.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "لقد قيّمت هذه المحادثة بالفعل.",
  rating_closed: "فات أوان تقييم هذه المحادثة.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "أجب عن الأسئلة أولًا من فضلك.",
  id_reused: "أُرسلت هذه من قبل. اكتبها من جديد.",
  too_many_tags: again,
  too_large: "هذا طويل جدًا. أرسله على أجزاء.",
  rate_limited: "كان ذلك سريعًا جدًا. انتظر لحظة ثم حاول من جديد.",
  overloaded: busy,
  unavailable: busy,
  draining: "سنعود بعد لحظة. حاول عندئذ من جديد.",
  insufficient_storage: "لا يمكننا استلامها الآن. حاول لاحقًا.",
};

export const backAt = (at: number, now: number) => `نعود ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, {
    one: "فتح المحادثة، رسالة واحدة غير مقروءة",
    two: "فتح المحادثة، رسالتان غير مقروءتين",
    few: "فتح المحادثة، # رسائل غير مقروءة",
    many: "فتح المحادثة، # رسالة غير مقروءة",
    other: "فتح المحادثة، # رسالة غير مقروءة",
  });
export const place = (count: number) => `${count}`;
export const soon = "عادةً أقل من دقيقة.";
export const minutes = (count: number) =>
  plural(locale, count, {
    one: "عادةً نحو دقيقة.",
    two: "عادةً نحو دقيقتين.",
    few: "عادةً نحو # دقائق.",
    many: "عادةً نحو # دقيقة.",
    other: "عادةً نحو # دقيقة.",
  });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
