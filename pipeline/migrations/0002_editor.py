from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("pipeline", "0001_initial")]

    # Their tables point at the accounts; a swapped account is looked for in the first migration only.
    run_before = [
        ("axes", "0001_initial"),
        ("otp_totp", "0001_initial"),
        ("otp_static", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Editor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('name', models.CharField(max_length=150, unique=True)),
            ],
        ),
    ]
