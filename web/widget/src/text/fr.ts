// French.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, ordinal, plural, timeOrDate } from "../say.ts";

const locale = "fr";
export const direction = "";

export const assistant = "Assistant IA";
export const openChat = "Ouvrir le chat";
export const chatFailed = "Le chat n’a pas pu être chargé. Réessayez";
export const minimise = "Réduire le chat";
export const chat = "Chat";
export const connecting = "Connexion…";
export const writeToUs = "Écrivez-nous";
export const finding = "Nous cherchons quelqu’un pour vous";
export const team = (title: string) => `Équipe ${title}`;
export const away = (title: string) => `Équipe ${title}, absente un instant`;
export const chatEnded = "Chat terminé";
export const human = "Parler à une personne";
export const askingHuman = "Demande en cours…";
export const humanHint = "Vous préférez une personne ? Vous pouvez le demander maintenant.";
export const endChat = "Terminer le chat";
export const closePanel = "Fermer";
export const messages = "Messages";
export const earlier = "Afficher les messages précédents";
export const earlierChats = "Chats précédents";
export const chatOf = (when: string) => `Chat du ${when}`;
export const noEarlier = "Il n’y a pas de chats précédents.";
export const loading = "Chargement…";
export const notLoaded = "Cela n’a pas pu être chargé. Réessayez dans un instant.";
export const back = "Retour";
export const more = "Afficher plus";
export const cards = "Cartes";
export const cardBefore = "Carte précédente";
export const cardNext = "Carte suivante";
export const chosen = "Choisi :";
export const newTab = "(ouvre un nouvel onglet)";
export const you = "Vous :  ";
export const newMessages = "Nouveaux messages";
export const writeMessage = "Écrire un message";
export const writeHint = "Écrire un message…";
export const send = "Envoyer";
export const sent = "Envoyé";
export const seen = "Lu";
export const waitingToSend = "En attente d’envoi";
export const notSent = "Non envoyé";
export const tryAgain = "Réessayer";
export const discard = "Supprimer";
export const paused = "Un instant, la suite de vos messages arrive.";
export const offline = "Pas de connexion. Nous gardons vos messages et réessayons.";
export const refused = "Ce chat n’est pas disponible sur cette page.";
export const replaced = "Ce chat est ouvert à trop d’autres endroits.";
export const isTyping = (name: string) => `${name} écrit`;
export const youAsked = "Vous avez demandé une personne";
export const assistantAsked = "L’assistant a demandé l’aide d’une personne";
export const assistantFailed = "L’assistant ne peut pas répondre. Une personne va vous aider";
export const joined = (name: string) => `${name} a rejoint le chat`;
export const transferred = (name: string) => `${name} s’occupe maintenant de vous`;
export const requeued = "Nous cherchons quelqu’un d’autre pour vous. Vous gardez votre place";
export const handedBack = "L’assistant est de retour";
export const resolved = (name: string) => `${name} a résolu ce chat`;
export const youEnded = "Vous avez terminé ce chat";
export const expired = "Ce chat s’est terminé après un long silence";
export const erasedChat = "Ce chat a été effacé";
export const activated = (name: string) => `${name} a rouvert ce chat`;
export const somebody = "Notre équipe";
export const inLine = "dans la file.";
export const inLineSpoken = (place: string) => `Vous êtes ${place} dans la file.`;
export const nobody =
  "Personne n’est là pour le moment. Vous pouvez continuer à écrire : votre place est gardée.";
export const keepWriting = "Vous pouvez continuer à écrire ou quitter cette page : votre place est gardée.";
export const leaveQueue = "Quitter la file";
export const howWasIt = "Comment cela s’est-il passé ?";
export const rating = "Note";
export const starsOf = (count: number) => `${count} sur 5`;
export const better = "Que pourrions-nous améliorer ?  ";
export const optional = "(facultatif)";
export const skip = "Passer";
export const sendRating = "Envoyer la note";
export const thanks = "Merci. Votre avis nous aide.";
export const newChat = "Nouveau chat";
export const endTitle = "Terminer ce chat ?";
export const endText = "Dites-nous comment cela s’est passé, si vous le souhaitez.";
export const endSend = "Envoyer et terminer";
export const endKeep = "Continuer le chat";
export const endSkip = "Passer et terminer";
export const ending = "Fin du chat…";
export const textHeld = "Ce chat est terminé. Votre texte n’a pas été envoyé.";
export const startWithText = "Commencer un nouveau chat avec ce texte";
export const sentYou = (name: string) => `${name} vous a envoyé un message :`;
export const dismiss = "Masquer";
export const attach = "Joindre un fichier";
export const filesToSend = "Fichiers à envoyer";
export const file = "Fichier";
export const filesMissing = "Rechargez la page pour voir le fichier.";
export const tooLarge = "Les fichiers peuvent avoir jusqu’à 10 Mo.";
export const wrongType =
  "Seuls les images, l’audio, les vidéos, les PDF et le texte brut peuvent être envoyés.";
export const notUploaded = "Non envoyé au serveur.";
export const removeFile = (name: string) => `Retirer ${name}`;
export const uploading = (name: string) => `Envoi de ${name}`;
export const download = "Télécharger";
export const play = "Lire";
export const notPlayed = "Ce navigateur ne peut pas le lire. Téléchargez-le plutôt.";
export const downloadFile = (name: string) => `Télécharger ${name}`;
export const powered = "Avec Switchboard";
export const formTitle = "Avant de commencer";
export const formGo = "Commencer le chat";
export const formBack = "Retour au chat";
export const yourName = "Votre nom";
export const yourEmail = "Votre adresse e-mail";
export const yourMessage = "Votre message";
export const needed = "Veuillez remplir ce champ.";
export const badEmail = "Ce n’est pas une adresse e-mail.";
export const leaveTitle = "Laisser un message";
export const leaveLead = "Laissez un message et votre adresse e-mail. Nous vous répondrons.";
export const leaveSend = "Envoyer le message";
export const nobodyNow = "Personne n’est là pour le moment.";
export const emailInstead = "Plutôt par e-mail";
export const mailChat = "Recevoir ce chat par e-mail";
export const mailSend = "Envoyer";
export const mailSent = "Il est en route vers vous.";
export const mailFailed = "Cela n’a pas fonctionné. Réessayez plus tard.";
export const keepsPlace = "Vous pouvez continuer à écrire ou quitter cette page : votre place est gardée.";

const again = "Cela n’a pas fonctionné. Réessayez.";
const stranger = "Cette page ne vous reconnaît plus. Rechargez-la, puis réessayez.";
const busy = "Nous sommes très occupés. Réessayez dans un instant.";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "Quelque chose ne peut pas être envoyé. Écrivez-le de nouveau.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "Un fichier joint n’existe plus. Joignez-le de nouveau.",
  already_assigned: again,
  not_assignee: again,
  ended: "Ce chat est terminé.",
  not_ended: again,
  active_exists: "Vous avez un autre chat encore ouvert.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "Vous avez déjà noté ce chat.",
  rating_closed: "Il est trop tard pour noter ce chat.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "Veuillez d’abord répondre aux questions.",
  id_reused: "Cela a déjà été envoyé. Écrivez-le de nouveau.",
  too_many_tags: again,
  too_large: "C’est trop long. Envoyez-le en plusieurs fois.",
  rate_limited: "C’était très rapide. Attendez un instant, puis réessayez.",
  overloaded: busy,
  unavailable: busy,
  draining: "Nous revenons dans un instant. Réessayez alors.",
  insufficient_storage: "Nous ne pouvons pas le prendre maintenant. Réessayez plus tard.",
};

export const backAt = (at: number, now: number) => `Nous serons de retour : ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, {
    one: "Ouvrir le chat, # message non lu",
    other: "Ouvrir le chat, # messages non lus",
  });
export const place = (count: number) => ordinal(locale, count, { one: "#er", other: "#e" });
export const soon = "En général, moins d’une minute.";
export const minutes = (count: number) =>
  plural(locale, count, { one: "En général, environ # minute.", other: "En général, environ # minutes." });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
