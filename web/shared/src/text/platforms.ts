// What messaging platforms are called, and what each asks for when its channel is added.

export const platformWords = {
  instagram: {
    title: "Instagram",
    account_id: "Id of your Instagram account",
    account_id_help: "Beside your account at “API setup with Instagram login” in Meta’s developer console.",
    access_token: "Access token",
    access_token_help: "Generate it there. It ends after 60 days: replace it before.",
    app_secret: "App secrets",
    app_secret_help:
      "The Instagram app secret there, and the app secret under “App settings”, with a comma between them.",
  },
  messenger: {
    title: "Facebook Messenger",
    page_id: "Id of your page",
    page_id_help: "Beside your page under “Messenger → API settings” in Meta’s developer console.",
    access_token: "Access token of your page",
    access_token_help: "Generate it there.",
    app_secret: "App secret",
    app_secret_help: "Under “App settings → Basic”.",
  },
  whatsapp: {
    title: "WhatsApp",
    phone_number_id: "Phone number ID",
    phone_number_id_help: "Under “WhatsApp → API setup” in Meta’s developer console; not the number itself.",
    business_account_id: "WhatsApp Business Account ID",
    business_account_id_help: "Below it.",
    access_token: "Access token",
    access_token_help: "Of a system user, so that it does not end.",
    app_secret: "App secret",
    app_secret_help: "Under “App settings → Basic”.",
  },
};
